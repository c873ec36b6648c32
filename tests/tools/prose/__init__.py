"""What people read of this project: collected into one list, and checked for habits that are not English."""
