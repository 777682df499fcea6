package load

// RememberAll remembers sections of any size, so that tests with few rows meet memories too.
func RememberAll() { memorableFrom = 0 }
