/** The one native call that the slab needs: anonymous memory from the kernel, see {@link org.penstock.daemon.ring.ffi.AnonymousMemory}. */
@NullMarked
package org.penstock.daemon.ring.ffi;

import org.jspecify.annotations.NullMarked;
