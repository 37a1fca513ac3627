package org.penstock.daemon.tls;

import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A context that stands for another, which may be replaced: for a server that takes one at its start and keeps it.
 *
 * <p><b>Threading:</b> any thread.
 */
final class LatestContext extends SSLContext {
    private LatestContext(Spi spi, SSLContext first) {
        super(spi, first.getProvider(), first.getProtocol());
    }

    static LatestContext of(Supplier<SSLContext> latest, TlsRefusals refusals) {
        return new LatestContext(new Spi(latest, refusals), latest.get());
    }

    private static final class Spi extends SSLContextSpi {
        private final Supplier<SSLContext> latest;
        private final TlsRefusals refusals;

        private Spi(Supplier<SSLContext> latest, TlsRefusals refusals) {
            this.latest = latest;
            this.refusals = refusals;
        }

        @Override
        protected void engineInit(
                KeyManager @Nullable [] keys, TrustManager @Nullable [] trust, @Nullable SecureRandom random)
                throws KeyManagementException {
            throw new KeyManagementException("is made of files");
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return latest.get().getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return latest.get().getServerSocketFactory();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return latest.get().createSSLEngine();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return new HeardEngine(latest.get().createSSLEngine(host, port), refusals);
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return latest.get().getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return latest.get().getClientSessionContext();
        }

        @Override
        protected SSLParameters engineGetDefaultSSLParameters() {
            return latest.get().getDefaultSSLParameters();
        }

        @Override
        protected SSLParameters engineGetSupportedSSLParameters() {
            return latest.get().getSupportedSSLParameters();
        }
    }
}
