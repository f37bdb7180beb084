"""The members' democratic review of branches (民主评议党员, 支部条例 18)."""
