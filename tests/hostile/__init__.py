"""What strangers may send: held against the service by machines that think of more than people do."""
