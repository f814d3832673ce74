class AddScore < ActiveRecord::Migration[6.1]
  class Customer < ActiveRecord::Base
  end

  def change
    reversible { |direction| direction.up { change_column :customers, :nickname, :string, limit: 80, null: false } }
    add_column :customers, :score, :integer
    reversible { |direction| direction.up { Customer.update_all(score: 1) } }
    add_check_constraint :customers, "score >= 0", name: "score_is_positive"
  end
end
