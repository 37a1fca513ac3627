/**
 * The wire format, version 1, as {@code protocol/README.md} specifies it, and nothing else: no sockets, no HDF5.
 *
 * <p>Start at {@link org.penstock.protocol.Prefix}, the 16 bytes before every message, and
 * {@link org.penstock.protocol.MessageKind}, the list of what may follow. Frames, credits and acknowledgements are binary:
 * {@link org.penstock.protocol.FrameHeader}, {@link org.penstock.protocol.Credit} and
 * {@link org.penstock.protocol.Acknowledgement} name each offset once and read and write through it, on buffers that the
 * caller owns, without allocating. All that is rare is JSON: records such as {@link org.penstock.protocol.OpenStream} and
 * {@link org.penstock.protocol.Report}, which {@link org.penstock.protocol.JsonBody} turns into bytes and back.
 *
 * <p>{@link org.penstock.protocol.Checksum} computes what the hello agreed on.
 * {@link org.penstock.protocol.ProtocolException} says that a peer is wrong, with the code that goes back to it.
 */
package org.penstock.protocol;
