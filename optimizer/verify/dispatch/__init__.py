"""A dispatch folder replayed: every order, minute by minute, on the roads as they are at that minute."""
