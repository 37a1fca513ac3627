package org.penstock.protocol.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import jdk.net.ExtendedSocketOptions;
import org.penstock.protocol.tls.TlsContext;

/**
 * TLS 1.3 over TCP. The daemon's certificate must be for the address that was asked for.
 *
 * <p><b>Threading:</b> one thread writes and another reads.
 */
final class TlsTransport implements Transport {
    /** Some records at a time: the JDK encrypts from the heap, and frames are mostly outside of it. */
    private static final int COPY_BYTES = 128 * 1024;

    private final Socket below;
    private final SSLSocket socket;
    private final OutputStream out;
    private final byte[] copy = new byte[COPY_BYTES];

    private TlsTransport(Socket below, SSLSocket socket) throws IOException {
        this.below = below;
        this.socket = socket;
        this.out = socket.getOutputStream();
    }

    static TlsTransport connect(InetSocketAddress daemon, SSLContext tls, int connectMs, int answerMs)
            throws IOException {
        Socket below = new Socket();
        try {
            Transport.setUp(below.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE), below::setOption);
            below.connect(daemon, connectMs);
            Transport.refuseItself(below, daemon);
            below.setSoTimeout(answerMs);
            SSLSocket socket = (SSLSocket)
                    tls.getSocketFactory().createSocket(below, daemon.getHostString(), daemon.getPort(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {TlsContext.PROTOCOL});
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            shakeHands(socket, daemon);
            return new TlsTransport(below, socket);
        } catch (IOException | RuntimeException e) {
            below.close();
            throw e;
        }
    }

    private static void shakeHands(SSLSocket socket, InetSocketAddress daemon) throws IOException {
        try {
            socket.startHandshake();
        } catch (SSLException e) {
            throw new SSLException("no TLS with the daemon: address=" + daemon + ", problem=" + e.getMessage(), e);
        }
    }

    @Override
    public InputStream in() throws IOException {
        return socket.getInputStream();
    }

    @Override
    public void write(ByteBuffer[] messages) throws IOException {
        int bytes = 0;
        for (ByteBuffer message : messages) {
            while (message.hasRemaining()) {
                int count = Math.min(message.remaining(), COPY_BYTES - bytes);
                message.get(copy, bytes, count);
                bytes += count;
                if (bytes == COPY_BYTES) {
                    out.write(copy, 0, bytes);
                    bytes = 0;
                }
            }
        }
        out.write(copy, 0, bytes);
    }

    @Override
    public void readTimeout(int ms) throws IOException {
        socket.setSoTimeout(ms);
    }

    @Override
    public int readTimeout() throws IOException {
        return socket.getSoTimeout();
    }

    /**
     * In TLS 1.3 a client is through with its handshake before the daemon has looked at its certificate: it may write already, and a daemon that
     * refuses it resets the connection, under which its alert is often lost.
     */
    @Override
    public IOException brokenOff(IOException problem) {
        boolean isShown = socket.getSession().getLocalCertificates() != null;
        return new SSLException(
                "TLS connection broken off before the daemon said anything: address=" + below.getRemoteSocketAddress()
                        + ", problem=" + problem.getMessage()
                        + (isShown
                                ? "; it may not take the certificate that this client has shown"
                                : "; this client has shown no certificate, and the daemon may ask for one of an authority that it knows"),
                problem);
    }

    /** Below TLS: its own close waits for a writer that the daemon may hold back. What was written has been handed over. */
    @Override
    public void close() throws IOException {
        below.close();
    }
}
