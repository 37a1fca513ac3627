package org.penstock.daemon.config;

import java.time.Duration;

/**
 * The daemon under a service manager.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param ioLimit how long hdf5-writer may be inside one call before the watchdog is left unfed
 */
public record ServiceConfig(Duration ioLimit) {

    /** @throws ConfigurationException with every value that is refused */
    public ServiceConfig {
        new SectionCheck("service")
                .time("io_limit", ioLimit, Duration.ofSeconds(1), Duration.ofHours(24))
                .refuseProblems();
    }
}
