/** penstockd. */
@NullMarked
package org.penstock.daemon;

import org.jspecify.annotations.NullMarked;
