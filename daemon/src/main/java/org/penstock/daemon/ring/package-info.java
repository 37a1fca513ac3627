/**
 * The memory that frames live in while they are inside the daemon, and the ring that hands it from thread to thread.
 *
 * <p>A {@link org.penstock.daemon.ring.Slab} is taken once, at start. A stream that opens gets a region of it, cut into
 * {@link org.penstock.daemon.ring.ChunkBuffer}s by a {@link org.penstock.daemon.ring.BufferPool}; each holds one chunk: one frame of a large
 * detector or k small ones, raw on one side, as it will be stored on the other. The {@link org.penstock.daemon.ring.FrameRing} carries references to
 * full buffers; since there are never more buffers than slots, publishing never waits.
 *
 * <p>{@link org.penstock.daemon.ring.StreamLane} is what the threads share of one stream, each field with one writing thread: the
 * {@link org.penstock.daemon.ring.FrameLedger} says what was received (event loops), {@link org.penstock.daemon.ring.FrameMarks} what was
 * written (hdf5-writer).
 *
 * <p>Three sentences on buffers: the owner of a buffer is whoever took it from the pool or was handed it by the ring; nobody keeps a
 * segment after handing its buffer on; {@code release} ends all use.
 */
@NullMarked
package org.penstock.daemon.ring;

import org.jspecify.annotations.NullMarked;
