# The application's own tests, which Rails runs in a database that it makes and fills with fixtures.
ENV["RAILS_ENV"] = "test"
require_relative "../config/environment"
require "rails/test_help"

class CustomerTest < ActiveSupport::TestCase
  fixtures :all

  test "delete all" do
    Customer.destroy_all
    assert_equal 0, Purchase.delete_all
  end

  test "truncate, as database cleaners do" do
    ActiveRecord::Base.connection.truncate_tables("customers", "purchases")
    assert_equal 0, Customer.count
  end
end
