/**
 * A client of the daemon: what a detector's control software calls to hand over frames.
 *
 * <p>{@link org.penstock.protocol.client.PenstockClient} connects. What it opens is the frames of one detector in one scan:
 *
 * <pre>{@code
 * OpenStream request = OpenStream.of("eiger", ElementType.U2, List.of(512L, 512L), 1000L);
 * try (ResumableStream stream = PenstockClient.open(daemon, request, StreamListener.NONE, RetryPolicy.DEFAULTS)) {
 *     for (long frame = 0; frame < 1000; frame++) {
 *         stream.send(frame, timestampNs, pixels(frame));
 *     }
 *     Report report = stream.end(1000L);
 * }
 * }</pre>
 *
 * <p>A {@link org.penstock.protocol.client.ResumableStream} keeps each frame until it is acknowledged, and comes back after cuts and restarts of
 * the daemon, for as long as its {@link org.penstock.protocol.client.RetryPolicy} allows. A
 * {@link org.penstock.protocol.client.FrameStream} sends from the caller's memory, copies nothing and ends with its connections, of which a thread
 * may have its own: {@link org.penstock.protocol.client.FrameConnection}. In both {@code send} blocks while the daemon cannot take more: that is
 * the back-pressure. What an application wants to hear of credits, acknowledgements and errors it says with a
 * {@link org.penstock.protocol.client.StreamListener}. {@link org.penstock.protocol.client.ControlConnection} asks for the daemon's status and
 * aborts streams, and never waits behind frames.
 *
 * <p>What the daemon answered is a {@link org.penstock.protocol.ProtocolException} with its code; what the network did is an
 * {@link java.io.IOException}.
 *
 * <p>Package-private below: {@code Link}, a socket with whole messages going out and in; {@code MessageReader}, bytes to messages;
 * {@code Settled}, what was acknowledged. Of a resumable stream: {@code Dispatch}, its one lock, under which senders and {@code Lane}s, a thread
 * for each connection, meet; {@code KeptFrames}, what is between them; {@code Patience} and {@code BackOff}, how long to go on, and how soon to
 * try again.
 */
package org.penstock.protocol.client;
