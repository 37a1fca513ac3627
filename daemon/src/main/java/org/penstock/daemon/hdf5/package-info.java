/**
 * HDF5 files as this daemon needs them, and nothing of what they are for.
 *
 * <p>{@link org.penstock.daemon.hdf5.Hdf5File} is one open file, {@link org.penstock.daemon.hdf5.Hdf5Group} is where
 * everything is created: small datasets and attributes from Java values, links, virtual datasets, and
 * {@link org.penstock.daemon.hdf5.ChunkedDataset}, which takes chunks that are encoded already (direct chunk write).
 * The chunk's dataset knows its filter pipeline ({@link org.penstock.compression.FilterStage}) only as numbers to store.
 *
 * <p>Three rules hold everywhere:
 * <ul>
 *   <li>libhdf5 is not thread-safe: one thread owns the library ({@link org.penstock.daemon.hdf5.Hdf5Library}), any
 *       other is refused at once.
 *   <li>New files are created exclusively, take no lock, and use the oldest format that can hold them (superblock 0), so
 *       that every reader at a beamline can open them, also with locking switched off.
 *   <li>A write that failed poisons its file: libhdf5 would lose a chunk that is written again after a failure, and
 *       closing a file on a full disk crashes the process. {@link org.penstock.daemon.hdf5.Hdf5File#close()} knows the
 *       order that does not.
 * </ul>
 *
 * <p>Failures are {@link org.penstock.daemon.hdf5.StorageException}s, classified here once; they carry what HDF5 said.
 */
@NullMarked
package org.penstock.daemon.hdf5;

import org.jspecify.annotations.NullMarked;
