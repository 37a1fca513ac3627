package org.penstock.daemon.tls;

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
 */
public record Door(Access access, AuditLog audit, @Nullable ServerTls tls) {}
