/**
 * The control of scans over HTTP.
 */
@NullMarked
package org.penstock.daemon.control;

import org.jspecify.annotations.NullMarked;
