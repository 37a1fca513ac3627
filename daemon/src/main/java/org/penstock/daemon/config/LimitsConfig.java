package org.penstock.daemon.config;

/**
 * What one client may ask for, refused before a byte of it is read.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param frameBytes of one frame, uncompressed
 * @param streams open at the same time
 * @param scans that were created over HTTP and have not ended
 */
public record LimitsConfig(
        @Reloadable long frameBytes, @Reloadable int streams, int scans) {

    /** @throws ConfigurationException with every value that is refused */
    public LimitsConfig {
        new SectionCheck("limits")
                .bytes("frame_bytes", frameBytes, 1, ByteSize.GIB)
                .count("streams", streams, 1, 4096)
                .count("scans", scans, 1, 4096)
                .refuseProblems();
    }
}
