package org.penstock.daemon.doctor;

import java.io.IOException;

/** One thing that an expert would look at. */
@FunctionalInterface
interface Check {
    /**
     * Looks.
     *
     * @throws IOException when it cannot be looked at
     */
    Finding look() throws IOException;
}
