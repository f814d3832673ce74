class Purchase < ActiveRecord::Base
  belongs_to :customer
end
