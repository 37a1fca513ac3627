package org.penstock.daemon.access;

import java.util.EnumSet;
import java.util.Set;

/**
 * Who asks, and what they may do.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param name of the token, for the log
 * @param roles that the token gives
 * @param detectors that it may send frames of; empty = of all
 */
public record Caller(String name, Set<Role> roles, Set<String> detectors) {
    /** Whoever reaches a daemon that asks for no tokens. */
    public static final Caller LOCAL = new Caller("local", EnumSet.allOf(Role.class), Set.of());

    public Caller {
        roles = Set.copyOf(roles);
        detectors = Set.copyOf(detectors);
    }

    /** Returns whether the caller has a role; an administrator has all, and who operates may look. */
    public boolean may(Role role) {
        return role == Role.ANYONE
                || roles.contains(role)
                || roles.contains(Role.ADMIN)
                || (role == Role.READ && roles.contains(Role.OPERATE));
    }

    /** Returns whether the caller may send frames of a detector. */
    public boolean mayIngest(String detector) {
        return may(Role.INGEST) && (detectors.isEmpty() || detectors.contains(detector));
    }
}
