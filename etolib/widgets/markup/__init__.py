"""HTML of the page, as pure functions: the only place where outside text meets markup, and all of it is escaped."""
