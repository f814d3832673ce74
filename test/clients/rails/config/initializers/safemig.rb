# Rails writes every extension that it finds into db/schema.rb, from where the test database would be guarded
# as well, or could not be made by a role that is no superuser. What guards a database is none of its schema.
require "active_record/connection_adapters/postgresql_adapter"

ActiveRecord::ConnectionAdapters::PostgreSQLAdapter.prepend(
  Module.new do
    def extensions
      super - ["safemig"]
    end
  end
)
