"""The playground: an API and a page of two origins on this machine, and every exchange between them."""
