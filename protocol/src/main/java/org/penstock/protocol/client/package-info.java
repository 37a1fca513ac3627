/**
 * A client of the daemon: what a detector's control software calls to hand over frames.
 *
 * <p>{@link org.penstock.protocol.client.PenstockClient} connects. What it opens is a
 * {@link org.penstock.protocol.client.FrameStream}, the frames of one detector in one scan, over one or several
 * {@link org.penstock.protocol.client.FrameConnection}s:
 *
 * <pre>{@code
 * try (FrameStream stream = PenstockClient.open(daemon, OpenStream.of("eiger", ElementType.U2, List.of(512L, 512L), 1000L))) {
 *     for (long frame = 0; frame < 1000; frame++) {
 *         stream.send(frame, timestampNs, pixels(frame));
 *     }
 *     Report report = stream.end(1000L);
 * }
 * }</pre>
 *
 * <p>{@code send} blocks while the daemon gives no credit: that is the back-pressure. A reader thread per connection takes
 * credits, acknowledgements and errors; what an application wants to hear of them it says with a
 * {@link org.penstock.protocol.client.StreamListener}. {@link org.penstock.protocol.client.ControlConnection} asks for the
 * daemon's status and aborts streams, and never waits behind frames.
 *
 * <p>What the daemon answered is a {@link org.penstock.protocol.ProtocolException} with its code; what the network did is an
 * {@link java.io.IOException}. Package-private below: {@code Link}, a socket with whole messages going out and in;
 * {@code MessageReader}, bytes to messages; {@code Settled}, what was acknowledged.
 */
package org.penstock.protocol.client;
