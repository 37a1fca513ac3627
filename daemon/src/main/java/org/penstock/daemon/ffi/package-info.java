/** What every package that calls the C library needs; the functions themselves are in the {@code ffi} packages of those that call them. */
@NullMarked
package org.penstock.daemon.ffi;

import org.jspecify.annotations.NullMarked;
