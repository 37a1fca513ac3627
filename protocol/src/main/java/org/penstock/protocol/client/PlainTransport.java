package org.penstock.protocol.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;

/**
 * Plain TCP: frames go from the caller's memory to the system, without a copy.
 *
 * <p><b>Threading:</b> one thread writes and another reads.
 */
final class PlainTransport implements Transport {
    private final SocketChannel channel;

    private PlainTransport(SocketChannel channel) {
        this.channel = channel;
    }

    static PlainTransport connect(InetSocketAddress daemon, int connectMs, int answerMs) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            Transport.setUp(
                    channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE), channel::setOption);
            channel.socket().connect(daemon, connectMs);
            Transport.refuseItself(channel.socket(), daemon);
            channel.socket().setSoTimeout(answerMs);
            return new PlainTransport(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public InputStream in() throws IOException {
        return channel.socket().getInputStream();
    }

    @Override
    public void write(ByteBuffer[] messages) throws IOException {
        channel.write(messages);
    }

    @Override
    public void readTimeout(int ms) throws IOException {
        channel.socket().setSoTimeout(ms);
    }

    @Override
    public int readTimeout() throws IOException {
        return channel.socket().getSoTimeout();
    }

    @Override
    public IOException brokenOff(IOException problem) {
        return problem;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
