/** Sockets of the C library that Java does not offer. */
@NullMarked
package org.penstock.daemon.service.ffi;

import org.jspecify.annotations.NullMarked;
