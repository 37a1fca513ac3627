/** What only the C library knows: {@link org.penstock.daemon.doctor.ffi.ClockState}. */
@NullMarked
package org.penstock.daemon.doctor.ffi;

import org.jspecify.annotations.NullMarked;
