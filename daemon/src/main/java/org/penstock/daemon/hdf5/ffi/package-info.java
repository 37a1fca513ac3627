/**
 * The C functions that HDF5's Java binding lacks, or has only for Java arrays: direct chunk access, writes from native
 * memory, and the file descriptor behind a file. Used by {@code daemon.hdf5} alone.
 */
@NullMarked
package org.penstock.daemon.hdf5.ffi;

import org.jspecify.annotations.NullMarked;
