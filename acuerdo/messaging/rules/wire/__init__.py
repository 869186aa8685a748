"""What providers' protocols say, as pure functions: alphabets and parts of SMS, receipts, statuses, signatures, bounces."""
