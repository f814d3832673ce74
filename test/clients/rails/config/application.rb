require "rails"
require "active_record/railtie"
require "rails/test_unit/railtie"

module Shop
  class Application < Rails::Application
    config.load_defaults 6.1
    config.eager_load = false
    config.logger = Logger.new(IO::NULL)
  end
end
