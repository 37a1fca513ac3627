/**
 * From a request to a folder of files: names, numbers, part files, masters, and the life of a scan.
 *
 * <p>{@link org.penstock.daemon.scan.StreamPlan} checks what a detector asks for and settles how its frames are cut into chunks and files.
 * {@link org.penstock.daemon.scan.ScanPaths} turns proposal, sample and dataset into a folder below the data directory, and refuses what would
 * lead out of it. {@link org.penstock.daemon.scan.ScanRegistry} opens scans and hands out numbers; a
 * {@link org.penstock.daemon.scan.Scan} knows its detectors, writes its masters as parts close, and ends when all its streams have.
 * {@link org.penstock.daemon.scan.StreamFiles} holds the part files of one stream: frame {@code i} always in file {@code i / framesPerFile}, each
 * immutable once closed. {@link org.penstock.daemon.scan.Publisher} makes masters durable and renames them, so that hdf5-writer never waits for the
 * disk; {@link org.penstock.daemon.scan.MasterLinks} has each scan linked from the masters above it.
 *
 * <p>All but the plan and the publisher is confined to hdf5-writer. Knows nothing of sockets and rings.
 */
@NullMarked
package org.penstock.daemon.scan;

import org.jspecify.annotations.NullMarked;
