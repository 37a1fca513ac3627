/**
 * From the socket to the ring: Netty event loops receive, frames land in slab memory, full chunks are published.
 *
 * <p>{@link org.penstock.daemon.ingest.IngestServer} listens. Each connection is a {@link org.penstock.daemon.ingest.Connection}, the state
 * machine of {@code protocol/README.md} section 1, with a {@link org.penstock.daemon.ingest.FrameDecoder} that says where the next bytes of the
 * socket go: headers and small frames into a staging buffer, the payload of a large frame straight to its place in a chunk
 * ({@link org.penstock.daemon.ingest.SlabByteBuf} shows slab memory to Netty's read). The checksum is taken as the bytes land, while they are in cache.
 *
 * <p>A {@link org.penstock.daemon.ingest.FramePlacer} finds a frame's place: {@link org.penstock.daemon.ingest.DirectPlacer} where a chunk is one frame,
 * {@link org.penstock.daemon.ingest.GatherPlacer} where it is many. {@link org.penstock.daemon.ingest.IngestStream} is what the connections of one stream
 * share; its life (attach, end, abort) happens on one event loop, its <em>home</em>. Connections of a gathered stream all move to the home loop;
 * those of large frames stay where they are and receive in parallel.
 *
 * <p>The only package that knows Netty.
 */
@NullMarked
package org.penstock.daemon.ingest;

import org.jspecify.annotations.NullMarked;
