package org.penstock.daemon.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/**
 * Finds addresses by name as the JDK does, and no names by address: the HTTP server asks for the name of each peer that speaks TLS, before the handshake, and a
 * name server that does not answer would hold up every connection for seconds. The log would have a name that the peer's network chose.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class NoReverseLookups extends InetAddressResolverProvider {
    /** The JDK makes one, for the whole process. */
    public NoReverseLookups() {}

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return new ByNameAlone(configuration.builtinResolver());
    }

    @Override
    public String name() {
        return "no reverse lookups";
    }

    private record ByNameAlone(InetAddressResolver names) implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
            return names.lookupByName(host, policy);
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            throw new UnknownHostException("nobody is asked");
        }
    }
}
