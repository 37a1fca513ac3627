import org.jspecify.annotations.NullMarked;

/** The Penstock wire format, version 1, and a client for it; specified byte by byte in {@code protocol/README.md}. */
@NullMarked
module org.penstock.protocol {
    requires static transitive org.jspecify;
    requires transitive com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.annotation;
    requires jdk.net;

    exports org.penstock.protocol;
    exports org.penstock.protocol.client;
    exports org.penstock.protocol.tls;
}
