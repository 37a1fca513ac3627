package org.penstock.daemon.ingest;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.access.Access;
import org.penstock.daemon.access.AccessException;
import org.penstock.daemon.access.AuditLog;
import org.penstock.daemon.access.Caller;
import org.penstock.daemon.access.Peer;
import org.penstock.daemon.access.Role;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;

/**
 * What a connection's client may do: asked with HELLO, and again before each request.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class Gatekeeper {
    private final Access access;
    private final AuditLog audit;
    private final Supplier<Peer> peer;
    private @Nullable Caller caller;

    /** @param peer asked when there is something to note: its certificate comes after the connection */
    Gatekeeper(Access access, AuditLog audit, Supplier<Peer> peer) {
        this.access = access;
        this.audit = audit;
        this.peer = peer;
    }

    /** Takes the token of HELLO. */
    void greet(@Nullable String token) {
        caller = refusing("HELLO", () -> access.caller(token));
    }

    /** Lets a detector's frames in, or not. */
    void admitFrames(String action, @Nullable String detector) {
        String name = String.valueOf(detector);
        Caller known = known();
        refusing(action + " detector=" + name, () -> {
            Access.requireIngest(known, name);
            return known;
        });
        audit.done(peer.get(), known, Role.INGEST, action, name, "asked");
    }

    /** Lets a stream be broken off by who sends it, or by who operates the daemon. */
    void admitAbort(String stream, @Nullable String detector) {
        Caller known = known();
        boolean isOwn = detector != null && known.mayIngest(detector);
        refusing("ABORT stream=" + stream, () -> {
            if (!isOwn) {
                Access.require(known, Role.OPERATE);
            }
            return known;
        });
        audit.done(peer.get(), known, isOwn ? Role.INGEST : Role.OPERATE, "ABORT", stream, "asked");
    }

    /** Lets somebody look. */
    void admitStatus() {
        Caller known = known();
        boolean mayLook = known.may(Role.READ) || known.may(Role.INGEST);
        refusing("STATUS", () -> {
            Access.require(known, mayLook ? Role.ANYONE : Role.READ);
            return known;
        });
    }

    private Caller known() {
        Caller now = caller;
        if (now == null) {
            throw new ProtocolException(ErrorCode.UNEXPECTED_MESSAGE, "no HELLO came before");
        }
        return now;
    }

    private Caller refusing(String action, Supplier<Caller> asking) {
        try {
            return asking.get();
        } catch (AccessException e) {
            audit.refused(peer.get(), caller, action, String.valueOf(e.getMessage()));
            ErrorCode code = e.isUnknown() ? ErrorCode.NO_TOKEN : ErrorCode.FORBIDDEN;
            throw new ProtocolException(code, "key=token, " + e.getMessage(), e);
        }
    }
}
