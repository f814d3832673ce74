# What deploys of large tables look like: no transaction around it, the index made beside the traffic.
class AddLanguage < ActiveRecord::Migration[6.1]
  disable_ddl_transaction!

  def change
    add_column :customers, :language, :string
    add_index :customers, :language, algorithm: :concurrently
  end
end
