"""Reading what binds a contact: facts for the gate, the semáforo of screens, and the contact log. A fixed number of queries each."""
