class CreateShop < ActiveRecord::Migration[6.1]
  def change
    create_table :customers do |t|
      t.string :nickname, limit: 40, null: false
      t.string :phone
      t.timestamps
    end
    create_table :purchases do |t|
      t.references :customer, null: false, foreign_key: true
      t.decimal :amount, precision: 10, scale: 2, null: false
    end
    create_table :letters do |t|
      t.text :body
    end
  end
end
