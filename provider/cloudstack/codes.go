package cloudstack

import "fmt"

// ErrorCode is the server's errorcode: the HTTP status of the answer too. Those
// from 430 on are CloudStack's own.
type ErrorCode int

// Name is the server's name of the code, empty when the package knows none.
func (c ErrorCode) Name() string {
	switch c {
	case 401:
		return "Unauthorized"
	case 405:
		return "MethodNotAllowed"
	case 411, 511:
		return "TwoFactorAuthentication"
	case 429:
		return "APILimitExceeded"
	case 430:
		return "MalformedParameter"
	case 431:
		return "Param"
	case 422, 432:
		return "UnsupportedAction"
	case 503:
		return "ServiceUnavailable"
	case 530:
		return "Internal"
	case 531:
		return "Account"
	case 532:
		return "AccountResourceLimit"
	case 533:
		return "InsufficientCapacity"
	case 534:
		return "ResourceUnavailable"
	case 535:
		return "ResourceAllocation"
	case 536:
		return "ResourceInUse"
	case 537:
		return "NetworkRuleConflict"
	}
	return ""
}

// String is the number, with the name when there is one.
func (c ErrorCode) String() string { return named(int(c), c.Name()) }

// CSErrorCode is the server's cserrorcode: the exception behind the error.
type CSErrorCode int

// csServerAPI is the exception that says nothing.
const csServerAPI CSErrorCode = 9999

// Name is the name of the exception, empty when the package knows none.
func (c CSErrorCode) Name() string {
	switch c {
	case 4250:
		return "CloudRuntime"
	case 4260:
		return "Execution"
	case 4265:
		return "HypervisorVersionChanged"
	case 4270:
		return "NioConnection"
	case 4275:
		return "Cloud"
	case 4280:
		return "AccountLimit"
	case 4285:
		return "AgentUnavailable"
	case 4290:
		return "CloudAuthentication"
	case 4295:
		return "CloudTwoFactorAuthentication"
	case 4300:
		return "ConcurrentOperation"
	case 4305:
		return "ConflictingNetworkSettings"
	case 4310:
		return "DiscoveredWithError"
	case 4315:
		return "HAState"
	case 4320:
		return "InsufficientAddressCapacity"
	case 4325:
		return "InsufficientCapacity"
	case 4330:
		return "InsufficientNetworkCapacity"
	case 4331:
		return "InsufficientVirtualNetworkCapacity"
	case 4335:
		return "InsufficientServerCapacity"
	case 4340:
		return "InsufficientStorageCapacity"
	case 4345:
		return "InternalError"
	case 4350:
		return "InvalidParameterValue"
	case 4355:
		return "ManagementServer"
	case 4360:
		return "NetworkRuleConflict"
	case 4365:
		return "PermissionDenied"
	case 4370:
		return "ResourceAllocation"
	case 4375:
		return "ResourceInUse"
	case 4380:
		return "ResourceUnavailable"
	case 4385:
		return "StorageUnavailable"
	case 4390:
		return "UnsupportedService"
	case 4395:
		return "VirtualMachineMigration"
	case 4540:
		return "AsyncCommandQueued"
	case 4545:
		return "RequestLimit"
	case 4550:
		return "StorageConflict"
	case 4555:
		return "UnavailableCommand"
	case 4560:
		return "OperationTimedout"
	case 4561:
		return "KMS"
	case csServerAPI:
		return "ServerAPI"
	}
	return ""
}

// String is the number, with the name when there is one.
func (c CSErrorCode) String() string { return named(int(c), c.Name()) }

func named(number int, name string) string {
	if name == "" {
		return fmt.Sprint(number)
	}
	return fmt.Sprintf("%d %s", number, name)
}
