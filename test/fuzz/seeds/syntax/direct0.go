// The call is used where it stands, without a variable.
package direct

import "example.com/x/pkg"

var cache = map[string]*T{}
var list []*T
var shared *T
var ch chan *T
