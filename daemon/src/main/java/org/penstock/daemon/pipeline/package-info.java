/**
 * The threads between a received chunk and the file, and the one place where they are wired.
 *
 * <pre>
 *   ingest-0..n                compress-0..n                    hdf5-writer                publisher
 *  +-----------+   publish    +-------------+                  +-------------+            +-----------+
 *  | event loop|-----+        | Compressor  |---+              | WriterLoop  |  masters   | fsync and |
 *  +-----------+     |        +-------------+   |   behind     | H5DOwrite_  |-----------▶| rename    |
 *  +-----------+     ▼        +-------------+   |   all of     | chunk, part |            +-----------+
 *  | event loop|--▶ ring ----▶| Compressor  |---+-----------▶  | files,      |
 *  +-----------+     ▲ claim  +-------------+   |   them       | masters     |--▶ marks --▶ event loops acknowledge
 *       |            |        +-------------+   |              +-------------+--▶ buffers back to the stream's pool
 *       +------------+        | Compressor  |---+                    ▲
 *      (tasks, losses)        +-------------+                        |
 *       |                                                            |
 *       +--------- urgent tasks: open a stream ----------------------+
 * </pre>
 *
 * <p>{@link org.penstock.daemon.pipeline.Compressor}: each chunk is taken by exactly one, by claim and not by {@code sequence % n}, which with mixed
 * detectors would put all large frames on one thread. {@link org.penstock.daemon.pipeline.WriterLoop}: the one thread that calls HDF5; it takes slots
 * in ring order once every compressor has passed them. {@link org.penstock.daemon.pipeline.Pipeline} starts and stops them;
 * {@link org.penstock.daemon.pipeline.Acquisitions} opens and ends streams across them.
 *
 * <p>A slot that fails fails its stream, and the next one's turn comes; a thread that ends all the same ends the process
 * ({@link org.penstock.daemon.pipeline.Indispensable}).
 */
@NullMarked
package org.penstock.daemon.pipeline;

import org.jspecify.annotations.NullMarked;
