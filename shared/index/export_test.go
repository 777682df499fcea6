package index

// ObserveByName is tested with times of writing, which a test cannot set on an object.
var ObserveByName = observeByName
