"""The work: what people do to receive, move, count, ship and track goods. It writes in the books (`inventory`)."""
