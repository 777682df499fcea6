// Code generated from the files of this package by go generate ./shared/simaws; DO NOT EDIT.

package simaws

// services lists the simulated services in the order of their files.
var services = []service{
	accountService,
	acmService,
	applicationSignalsService,
	autoScalingService,
	backupService,
	costExplorerService,
	cloudFrontService,
	cloudTrailService,
	computeOptimizerService,
	configService,
	ec2Service,
	elastiCacheService,
	loadBalancingService,
	guardDutyService,
	healthService,
	iamService,
	inspector2Service,
	kmsService,
	lambdaService,
	openSearchService,
	organizationsService,
	rdsService,
	redshiftService,
	resilienceHubService,
	s3Service,
	savingsPlansService,
	secretsManagerService,
	securityHubService,
	ssmService,
	stsService,
	supportService,
	wafv2Service,
}
