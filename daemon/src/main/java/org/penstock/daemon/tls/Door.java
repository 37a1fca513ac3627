package org.penstock.daemon.tls;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.access.Access;
import org.penstock.daemon.access.AuditLog;

/**
 * How a port is entered, the same for both.
 *
 * <p><b>Threading:</b> any thread.
 *
 * @param access who may come in
 * @param audit where it is noted
 * @param tls what is spoken; null = plain TCP
 * @param refused is told of each connection for which there was no room, by the configuration's key of the limit
 */
public record Door(Access access, AuditLog audit, @Nullable ServerTls tls, Consumer<String> refused) {
    /** Returns the same, with somebody who counts. */
    public Door counting(Consumer<String> counter) {
        return new Door(access, audit, tls, counter);
    }
}
