package org.penstock.protocol;

import java.util.List;

/**
 * The daemon's answer to {@link Hello}.
 *
 * @param daemon name and version
 * @param version protocol version agreed on
 * @param checksum wire name of the {@link Checksum.Kind} agreed on
 * @param versions all protocol versions that the daemon speaks
 */
public record Welcome(String daemon, int version, String checksum, List<Integer> versions) {}
