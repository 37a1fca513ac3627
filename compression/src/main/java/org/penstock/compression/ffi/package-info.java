/**
 * Native libraries, one class for each; nothing else in this module calls the linker. LZ4 and Zstandard are not here:
 * aircompressor calls them.
 */
@NullMarked
package org.penstock.compression.ffi;

import org.jspecify.annotations.NullMarked;
