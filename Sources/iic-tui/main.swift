print("iic-tui")
