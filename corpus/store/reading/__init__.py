"""Reading documents and passages inside one transaction."""
