/** Functions of the C library that Java does not offer. */
@NullMarked
package org.penstock.daemon.disk.ffi;

import org.jspecify.annotations.NullMarked;
